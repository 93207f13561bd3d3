/**
 * What React cannot write, put into the page it rendered: the HTML5 doctype, Outlook's settings, and tables of fixed
 * width that only Outlook sees, where the page holds `<i data-mso="open600"></i>` … `<i data-mso="close"></i>`. React's
 * own comments and `<link>` elements go (no mail client honours them); attribute names become lower case. Text is
 * never changed.
 */
export function postprocess(html: string): string {
  const page = html
    .replace(REACT_COMMENT, '')
    .replace(TAG, plainTag)
    .replace(MSO_OPEN, (_, width: string) => onlyOutlook(GHOST_OPEN.replace('WIDTH', width)))
    .replace(MSO_CLOSE, () => onlyOutlook('</td></tr></table>'))
    .replace('</head>', () => `${onlyOutlook(OFFICE_SETTINGS)}</head>`)
  return `<!DOCTYPE html>${page.replace(DOCTYPE, '')}`
}

const REACT_COMMENT = /<!--(?:\/?\$[?!]?|html|head|body| )?-->/g
const DOCTYPE = /^\s*<!doctype[^>]*>\s*/i
// React escapes `<` and `>` in texts and in attributes alike, so this finds tags and nothing else.
const TAG = /<[a-z][^<>]*>/gi
const MSO_OPEN = /<i data-mso="open(\d+)"><\/i>/g
const MSO_CLOSE = /<i data-mso="close"><\/i>/g

const GHOST_OPEN =
  '<table role="presentation" width="WIDTH" align="center" cellpadding="0" cellspacing="0" border="0"><tr><td>'
const OFFICE_SETTINGS =
  '<xml><o:OfficeDocumentSettings xmlns:o="urn:schemas-microsoft-com:office:office"><o:AllowPNG/>' +
  '<o:PixelsPerInch>96</o:PixelsPerInch></o:OfficeDocumentSettings></xml>'

function onlyOutlook(html: string): string {
  return `<!--[if mso]>${html}<![endif]-->`
}

function plainTag(tag: string): string {
  if (/^<link[\s/>]/i.test(tag)) return ''
  return tag.replace(/ ([a-z]+[A-Z][a-zA-Z]*)="/g, (attribute) => attribute.toLowerCase())
}
