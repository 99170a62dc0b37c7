"""Discord: the messenger, and the platform that turns what people do there into polls."""
