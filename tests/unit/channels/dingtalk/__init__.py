"""The DingTalk channel, part by part."""
