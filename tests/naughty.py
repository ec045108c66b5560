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
