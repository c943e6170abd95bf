"""Events come out of a storage queue as they went in."""

from __future__ import annotations

import base64
import json

from acceptance.event_queue import read_messages

_EVENT = {"type": "Microsoft.Resources.ResourceActionSuccess", "subject": "/subscriptions/x", "time": "2026-01-01"}


def test_messages_are_events() -> None:
    """Each message's text is an event in base64; an empty queue has none."""
    text = base64.b64encode(json.dumps(_EVENT).encode()).decode()
    messages = f"<QueueMessage><MessageId>1</MessageId><MessageText>{text}</MessageText></QueueMessage>"
    answer = f'<?xml version="1.0" encoding="utf-8"?><QueueMessagesList>{messages * 2}</QueueMessagesList>'

    assert read_messages(answer) == [_EVENT, _EVENT]
    assert read_messages("<QueueMessagesList />") == []
