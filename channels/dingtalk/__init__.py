"""The DingTalk bot: the socket or the signed callback on the way in, cards, markdown and pushes on the way out."""
