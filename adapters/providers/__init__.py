"""Model endpoints: each wire format implements the ModelClient port."""
