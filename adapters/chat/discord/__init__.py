"""Discord: the messenger, and the front-end that turns what people do there into polls."""
