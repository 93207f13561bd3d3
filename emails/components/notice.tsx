import type { ReactNode } from 'react'
import { useMail } from '../mail.tsx'
import type { SingleProps } from '../props.ts'
import { spaced } from '../theme.ts'
import { Box } from './box.tsx'
import { Button } from './button.tsx'
import { Colophon, ToReader } from './footer.tsx'
import { Letterhead } from './masthead.tsx'
import { Shell } from './shell.tsx'

type NoticeProps = {
  readonly mail: SingleProps
  readonly title: string
  readonly children: ReactNode
  /** What stands above the sender's address. */
  readonly end?: ReactNode
}

/** A mail to one reader: what it is about, a greeting and a few lines. */
export function Notice({ mail, title, children, end }: NoticeProps) {
  return (
    <Shell newsletter={mail.newsletter} title={mail.subject} preheader={mail.preheader}>
      <Letterhead newsletter={mail.newsletter} />
      <Message title={title}>{children}</Message>
      <Colophon newsletter={mail.newsletter}>{end}</Colophon>
    </Shell>
  )
}

function Message({ title, children }: Pick<NoticeProps, 'title' | 'children'>) {
  const { strings, looks, words } = useMail()
  return (
    <Box top={4} look={looks.text}>
      <h1 {...spaced(looks.h2, 0, 2)} {...words}>
        {title}
      </h1>
      <Line>
        <ToReader named={strings.greetingNamed} otherwise={strings.greeting} />
      </Line>
      {children}
    </Box>
  )
}

/** One paragraph of a notice. */
export function Line({ children }: { children: ReactNode }) {
  const { words } = useMail()
  return (
    <p {...spaced({}, 0, 2)} {...words}>
      {children}
    </p>
  )
}

/** What a notice asks the reader to do. */
export function Action({ href, label }: { href: string; label: string }) {
  return (
    <Box flush top={1} bottom={3}>
      <Button href={href} label={label} />
    </Box>
  )
}
