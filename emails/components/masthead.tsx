import { Img } from '@react-email/components'
import { useMail } from '../mail.tsx'
import type { IssueProps, NewsletterProps } from '../props.ts'
import { useSlots } from '../slots.tsx'
import { blend, type Css, type Look } from '../theme.ts'
import { folioOf } from '../wording.ts'
import { Box, Ends, Layout, Rule } from './box.tsx'

type MastheadProps = { readonly newsletter: NewsletterProps; readonly issue: IssueProps['issue'] }

/** The head of the page, as on a newspaper: its name, then a folio line between two rules. */
export function Masthead({ newsletter, issue }: MastheadProps) {
  const { looks } = useMail()
  return (
    <Box top={3}>
      <Nameplate newsletter={newsletter} />
      <Box flush top={1}>
        <Rule tone="ink" />
      </Box>
      <Box flush top={1} bottom={1}>
        <Ends look={looks.small} first={<Folio issue={issue} />} last={<ViewLink />} />
      </Box>
      <Rule />
    </Box>
  )
}

/** The head of a letter: the name in small type, and a line. */
export function Letterhead({ newsletter }: { newsletter: NewsletterProps }) {
  return (
    <Box top={3}>
      <Nameplate newsletter={newsletter} size="small" />
      <Box flush top={1}>
        <Rule tone="ink" />
      </Box>
    </Box>
  )
}

type NameplateProps = { readonly newsletter: NewsletterProps; readonly size?: 'small' }

/** The newsletter's logo, or its name, leading to its homepage when it has one. */
export function Nameplate({ newsletter, size }: NameplateProps) {
  const { looks } = useMail()
  const { name, homepage, branding } = newsletter
  const sign = branding?.logo ? <Logo {...branding.logo} /> : name
  const linked = homepage ? (
    <a href={homepage} {...looks.headlineLink}>
      {sign}
    </a>
  ) : (
    sign
  )
  if (branding?.logo) {
    return (
      <Layout width="hug">
        <td {...looks.plate}>{linked}</td>
      </Layout>
    )
  }
  return (
    <p dir="auto" {...(size === 'small' ? looks.h4 : looks.nameplate)}>
      {linked}
    </p>
  )
}

const TALLEST = 64
const WIDEST = 320

function Logo({ src, alt, width, height }: { src: string; alt: string; width: number; height: number }) {
  const { looks } = useMail()
  const scale = Math.min(1, WIDEST / width, TALLEST / height)
  const size = { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) }
  const fluid: Css = { width: `${size.width}px`, maxWidth: '100%', height: 'auto' }
  return <Img src={src} alt={alt} {...size} {...blend(looks.nameplate, { style: fluid })} />
}

/** Date and number, side by side where there is room and one below the other on a phone. */
function Folio({ issue }: Pick<MastheadProps, 'issue'>) {
  const { strings, words } = useMail()
  const { date, number } = folioOf(issue, strings)
  return (
    <>
      {date}
      {date && number && <span className="wide-only"> · </span>}
      {number && (
        <span className="own-line" {...words}>
          {number}
        </span>
      )}
    </>
  )
}

function ViewLink() {
  const { strings, looks, words } = useMail()
  const onScreen: Look = { className: 'on-screen' }
  return (
    <a href={useSlots().url('view')} {...blend(looks.quietLink, onScreen)} {...words}>
      {strings.viewInBrowser}
    </a>
  )
}
