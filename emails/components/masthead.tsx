import type { IssueProps, NewsletterProps } from '../props.ts'
import { useSlots } from '../slots.tsx'
import type { Strings } from '../strings.ts'
import { blend, looks } from '../theme.ts'
import { folioOf } from '../wording.ts'
import { Box, Ends, Rule } from './box.tsx'

type MastheadProps = {
  readonly newsletter: NewsletterProps
  readonly issue: IssueProps['issue']
  readonly strings: Strings
}

/** The head of the page, as on a newspaper: its name, then a folio line between two rules. */
export function Masthead({ newsletter, issue, strings }: MastheadProps) {
  return (
    <Box top={3}>
      <Nameplate newsletter={newsletter} />
      <Box flush top={1}>
        <Rule tone="ink" />
      </Box>
      <Box flush top={1} bottom={1}>
        <Ends
          dir={newsletter.dir}
          look={looks.small}
          first={<Folio issue={issue} strings={strings} />}
          last={<ViewLink strings={strings} />}
        />
      </Box>
      <Rule />
    </Box>
  )
}

/** The newsletter's name, leading to its homepage when it has one. */
export function Nameplate({ newsletter }: { newsletter: NewsletterProps }) {
  return (
    <p {...looks.nameplate}>
      {newsletter.homepage ? (
        <a href={newsletter.homepage} {...looks.headlineLink}>
          {newsletter.name}
        </a>
      ) : (
        newsletter.name
      )}
    </p>
  )
}

/** Date and number, side by side where there is room and one below the other on a phone. */
function Folio({ issue, strings }: Pick<MastheadProps, 'issue' | 'strings'>) {
  const [first, second] = folioOf(issue, strings)
  return (
    <>
      {first}
      {second === undefined ? null : (
        <>
          <span className="wide-only"> · </span>
          <span className="own-line">{second}</span>
        </>
      )}
    </>
  )
}

function ViewLink({ strings }: { strings: Strings }) {
  return (
    <a href={useSlots().url('view')} {...blend(looks.quietLink, { className: 'on-screen' })}>
      {strings.viewInBrowser}
    </a>
  )
}
