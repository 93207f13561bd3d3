import { Box, Passage } from '../components/box.tsx'
import { Continue } from '../components/continue.tsx'
import { Disclosure } from '../components/disclosure.tsx'
import { Footer, ToReader } from '../components/footer.tsx'
import { Listen } from '../components/listen.tsx'
import { Letterhead } from '../components/masthead.tsx'
import { Notes } from '../components/notes.tsx'
import { Perspective } from '../components/perspective.tsx'
import { Phrase } from '../components/phrase.tsx'
import { Picture } from '../components/picture.tsx'
import { Prose } from '../components/prose.tsx'
import { Related } from '../components/related.tsx'
import { Shell } from '../components/shell.tsx'
import { MoreStories } from '../components/story.tsx'
import { disclosureText, issueText, labelled, lines, mastheadText, toReader } from '../issue-text.ts'
import { useMail } from '../mail.tsx'
import { type ArticleProps, type IssueProps, issueProps } from '../props.ts'
import { sampleLetter } from '../sample.ts'
import { planOf } from '../shown.ts'
import type { SlotSheet } from '../slots.tsx'
import { phrase, type Strings } from '../strings.ts'
import { joined } from '../text.ts'
import { spaced } from '../theme.ts'
import { datesOf, listenLabelOf, signatureOf } from '../wording.ts'

export const kind = 'issue'
export const props = issueProps
export const PreviewProps: IssueProps = sampleLetter

/** An article as a letter: the reader's name at its beginning, the writer's at its end, and little else. */
export default function Letter(mail: IssueProps) {
  const { newsletter, issue, articles } = mail
  const [lead] = articles
  const { lead: shown, others, hidden } = planOf(mail, 'full')
  return (
    <Shell newsletter={newsletter} title={issue.subject} preheader={issue.preheader}>
      <Letterhead newsletter={newsletter} />
      <Passage top={4} lang={lead.lang} dir={lead.dir}>
        <Beginning article={lead} />
        <Prose blocks={shown.blocks} dateline={lead.dateline} />
        <Continue article={lead} shown={shown} />
        <Signature article={lead} />
        <Notes notes={shown.notes} />
        <Perspective article={lead} />
        <Related article={lead} />
      </Passage>
      <MoreStories articles={others} hidden={hidden} />
      <Footer newsletter={newsletter} />
    </Shell>
  )
}

// Where React Email's own preview looks for them.
Letter.PreviewProps = PreviewProps

function Beginning({ article }: { article: ArticleProps }) {
  const { strings, looks, words } = useMail()
  return (
    <>
      <h1 {...looks.h2}>{article.headline}</h1>
      {article.dek && <p {...spaced(looks.dek, 1)}>{article.dek}</p>}
      <p {...spaced(looks.small, 1)} {...words}>
        {datesOf(article, strings)}
      </p>
      <Disclosure article={article} instructions="below" />
      <Listen article={article} />
      {article.hero && (
        <Box flush top={3}>
          <Picture {...article.hero} />
        </Box>
      )}
      <p {...spaced(looks.text, 3, 2)} {...words}>
        <ToReader named={strings.letterGreetingNamed} otherwise={strings.letterGreeting} />
      </p>
    </>
  )
}

function Signature({ article }: { article: ArticleProps }) {
  const { strings, looks, words } = useMail()
  const { name, url, bio } = article.byline
  const signed = url ? (
    <a href={url} {...looks.headlineLink}>
      {name}
    </a>
  ) : (
    name
  )
  return (
    <>
      <p {...spaced(looks.text, 1)} {...words}>
        <Phrase pattern={signatureOf(article, strings)} values={{ name: <strong dir="auto">{signed}</strong> }} />
      </p>
      {bio && <p {...looks.small}>{bio}</p>}
    </>
  )
}

export function text(mail: IssueProps, sheet: SlotSheet): string {
  return issueText(mail, sheet, { head: headText, sign: signText })
}

function headText(mail: IssueProps, strings: Strings, sheet: SlotSheet): string {
  const [lead] = mail.articles
  const listen = listenLabelOf(lead, strings)
  return joined([
    mastheadText(mail, strings, sheet),
    lines([lead.headline, lead.url]),
    lead.dek,
    lines([datesOf(lead, strings), disclosureText(lead, strings)]),
    listen && labelled(listen, `${sheet.url('view')}#listen`),
    toReader(strings.letterGreetingNamed, strings.letterGreeting, sheet),
  ])
}

function signText(article: ArticleProps, strings: Strings): string {
  const { name, url, bio } = article.byline
  return lines([phrase(signatureOf(article, strings), { name }), bio, url])
}
