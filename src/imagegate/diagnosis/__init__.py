"""A customization log in, the root cause out; pure."""

from imagegate.diagnosis.diagnose import diagnose
from imagegate.diagnosis.log_text import decode_log
from imagegate.diagnosis.provisioners import timings

__all__ = ["decode_log", "diagnose", "timings"]
