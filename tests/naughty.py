"""What people may write that programs stumble over."""

# By kind: name, message. Nobody's words; what programs are known to stumble over.
TAKEN = {
    "right-to-left": ("שרה כהן", "مرحبا 123 abc"),
    "joined-and-combined": (
        "\U0001f469\u200d\U0001f469\u200d\U0001f467 e\u0301\u0323",
        "Z\u0351\u036b\u0343a\u0329\u0348l\u0347g\u033bo",
    ),
    "markup": ("<script>alert(1)</script>", "</textarea><img src=x onerror=alert(1)>&amp;"),
    "quotes": ('O\'Brien "Bob" `x` \\', "'; DROP TABLE signers; -- {{7*7}} ${x} %s %00 \\u0000"),
    "formula-in-a-message": ("Ｆｕｌｌ ｗｉｄｔｈ", '=HYPERLINK("http://x.example","x")'),
    "formula-after-a-separator": ("Ann;=1+1", "hello\n@SUM(1)"),
    "turkish-and-beyond-the-plane": ("İıſß ŒŁ 𠮷𝔸", "byte\ufeff\u2060order\u00ad \u3164 end"),
    "names-of-nothing": ("null", "undefined NaN None -0 1e1000 true"),
    "longest": ("𠮷" * 100, "🕯" * 280),
    "seen-beside-what-is-not": ("\u115f\u1161 葛\U000e0100 ក\u17b4", "\u2800 a \U000e0061"),
    "a-joiner-in-persian": ("می\u200cخواهم", "\U0001f3f4\U000e0067\U000e0062\U000e007f"),
}
REFUSED = {
    "an-override": ("ab\u202ecd", ""),
    "an-isolate": ("ab", "x\u2066y"),
    "a-formula": ("=1+1", ""),
    "too-long": ("𠮷" * 101, ""),
    "white-space-alone": (" \u3000\u00a0", ""),
    "hangul-filler-alone": ("\u3164", ""),
    "letters-nobody-sees": (
        "\u115f\u1160\u2800 \uffa0\u17b4\u17b5\ufe0f\u034f\u00ad\U000e0041",
        "",
    ),
}

# What organizers may write into a petition: it is shown as it stands. Whatever of it would run
# marks the document.
_MARK = "document.documentElement.dataset.run = 1"
WRITTEN = {
    "markup": f'<b>bold</b><img src=x onerror="{_MARK}"><svg/onload={_MARK}>',
    "script": f"</script><script>{_MARK}</script></title></textarea>",
    "comments": "<!-- plea: end --> --> ]]> <?xml?> <!DOCTYPE x>",
    "quotes": f"\" onclick='{_MARK}' x=` it’s “so” 'so'",
    "entities": "&lt;b&gt; &amp;amp; &#39; &nope; &",
    "places": "{name} {0} {} {{7*7}} %s %(x)s ${y} $(id) $& $1",
    "backslashes": "\\1 \\g<1> \\u0041 C:\\new \\",
    "lines": "one\u2028two\u2029three\nfour",
    "right-to-left": "שלום מחר مرحبا 123 \u200f!",
    "combined": "Z\u0351\u036b\u0343a\u0329 e\u0301\u0323",
    "joined": "\U0001f469\u200d\U0001f469\u200d\U0001f467 می\u200cخواهم 葛\U000e0100",
    "long": "W" * 200,
}
# What no text of a petition may be, and what is said of it.
UNWRITABLE = {
    "an-override": ("ab\u202ecd", "U+202E"),
    "an-isolate": ("ab\u2066cd", "U+2066"),
    "a-bell": ("ab\acd", "U+0007"),
    "an-escape": ("ab\x1b[2Jcd", "U+001B"),
    "a-carriage-return": ("ab\rcd", "U+000D"),
    "no-character": ("ab\uffffcd", "U+FFFF"),
    "a-filler": ("\u3164", "empty"),
    "a-space": (" ", "empty"),
}
