import { Box, Passage } from '../components/box.tsx'
import { Continue } from '../components/continue.tsx'
import { Footer } from '../components/footer.tsx'
import { Masthead } from '../components/masthead.tsx'
import { Notes } from '../components/notes.tsx'
import { Opening } from '../components/opening.tsx'
import { Perspective } from '../components/perspective.tsx'
import { Picture } from '../components/picture.tsx'
import { Prose } from '../components/prose.tsx'
import { Related } from '../components/related.tsx'
import { Shell } from '../components/shell.tsx'
import { MoreStories } from '../components/story.tsx'
import { issueText } from '../issue-text.ts'
import { type IssueProps, issueProps } from '../props.ts'
import { sampleIssue } from '../sample.ts'
import { planOf } from '../shown.ts'
import type { SlotSheet } from '../slots.tsx'

export const kind = 'issue'
export const props = issueProps
export const PreviewProps: IssueProps = sampleIssue

/** One article in full; the issue's other articles, if any, as headlines after it. */
export default function Article(mail: IssueProps) {
  const { newsletter, issue, articles } = mail
  const [lead] = articles
  const { lead: shown, others, hidden } = planOf(mail, 'full')
  return (
    <Shell newsletter={newsletter} title={issue.subject} preheader={issue.preheader}>
      <Masthead newsletter={newsletter} issue={issue} />
      <Passage top={4} lang={lead.lang} dir={lead.dir}>
        <Opening article={lead} instructions="below" />
        {lead.hero && (
          <Box flush bottom={3}>
            <Picture {...lead.hero} />
          </Box>
        )}
        <Prose blocks={shown.blocks} dateline={lead.dateline} />
        <Notes notes={shown.notes} />
        <Continue article={lead} shown={shown} />
        <Perspective article={lead} />
        <Related article={lead} />
      </Passage>
      <MoreStories articles={others} hidden={hidden} />
      <Footer newsletter={newsletter} />
    </Shell>
  )
}

// Where React Email's own preview looks for them.
Article.PreviewProps = PreviewProps

export function text(mail: IssueProps, sheet: SlotSheet): string {
  return issueText(mail, sheet)
}
