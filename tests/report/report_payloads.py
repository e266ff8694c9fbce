"""Strings that a hostile label, reason or declaration may hold, and traces by which one would be known to survive."""

from __future__ import annotations

PAYLOADS = (
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "\"><svg onload=alert(1)>' x='",
    "{{7*7}}{% raw %}${7*7}",
    "]]><!-- --> <![CDATA[",
    "javascript:alert(1)",
    "<a href=\"https://evil.example/\">x</a> https://evil.example www.evil.example",
    "nul\x00bell\x07escape\x1b[31m",
    "turned\u202eround\u2066\u200f",
    "x" * 10_000,
    "👩\u200d🔬 \U0001f3e5",
    "=HYPERLINK(\"https://evil.example\")",
    "a|b\n# head\n[link](https://evil.example) `code` @somebody #1 ~~s~~",
    "\ud800 \ufffe \uffff \x0b \x85",
    "</style><style>body{display:none}</style>",
    "&lt;b&gt; &amp;",
    "-- ' OR 1=1; ../../etc/passwd",
)  # fmt: skip
UNSEEN = "\x00\x07\x0b\x1b\x85\u202e\u2066\u200f\ufffe\uffff\ud800"
