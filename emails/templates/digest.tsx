import { Box, Passage, Rule } from '../components/box.tsx'
import { Continue } from '../components/continue.tsx'
import { Footer } from '../components/footer.tsx'
import { Masthead } from '../components/masthead.tsx'
import { Notes } from '../components/notes.tsx'
import { Opening } from '../components/opening.tsx'
import { Perspective } from '../components/perspective.tsx'
import { Picture } from '../components/picture.tsx'
import { Prose } from '../components/prose.tsx'
import { Shell } from '../components/shell.tsx'
import { Stories } from '../components/story.tsx'
import { issueText } from '../issue-text.ts'
import { type IssueProps, issueProps } from '../props.ts'
import { sampleDigest } from '../sample.ts'
import { type Plan, planOf } from '../shown.ts'
import type { SlotSheet } from '../slots.tsx'

export const kind = 'issue'
export const props = issueProps
export const PreviewProps: IssueProps = sampleDigest

/** Several articles: the beginning of the first, the others as rows. */
export default function Digest(mail: IssueProps) {
  const { newsletter, issue, articles } = mail
  const { lead: shown, others, hidden } = planOf(mail, 'excerpt')
  return (
    <Shell newsletter={newsletter} title={issue.subject} preheader={issue.preheader}>
      <Masthead newsletter={newsletter} issue={issue} />
      <Lead article={articles[0]} shown={shown} />
      {others.length > 0 && (
        <Box top={3}>
          <Rule tone="ink" />
          <Stories articles={others} hidden={hidden} level={2} />
        </Box>
      )}
      <Footer newsletter={newsletter} />
    </Shell>
  )
}

// Where React Email's own preview looks for them.
Digest.PreviewProps = PreviewProps

function Lead({ article, shown }: { article: IssueProps['articles'][0]; shown: Plan['lead'] }) {
  const isWhole = shown.kind === 'whole'
  return (
    <Passage top={3} lang={article.lang} dir={article.dir}>
      {article.hero && (
        <Box flush bottom={3}>
          <Picture {...article.hero} />
        </Box>
      )}
      <Opening article={article} instructions={isWhole ? 'below' : 'elsewhere'} />
      <Prose blocks={shown.blocks} dateline={article.dateline} />
      <Notes notes={shown.notes} />
      <Continue article={article} shown={shown} />
      {isWhole && <Perspective article={article} />}
    </Passage>
  )
}

export function text(mail: IssueProps, sheet: SlotSheet): string {
  return issueText(mail, sheet, { extent: 'excerpt' })
}
