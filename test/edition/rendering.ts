import { join } from 'node:path'
import type { IssueProps } from '../../emails/props.ts'

/** Where tests keep compiled templates: the folder for such things, which Vitest does not compile once more. */
export const TEST_CACHE = join(import.meta.dirname, '..', '..', 'node_modules', '.cache', 'pressroom-test')

/** The folder of the test's own templates. */
export const TEST_EMAILS = join(import.meta.dirname, 'emails')

/** An issue with one short article. */
export function anIssue(more: Partial<IssueProps['issue']> = {}, headline = 'Low water'): IssueProps {
  return {
    newsletter: {
      name: 'Tides',
      senderName: 'Tides',
      postalAddress: '4 Quay Street, Port Hale',
      locale: 'en',
      dir: 'ltr',
      reason: 'You receive Tides because you subscribed to it.',
    },
    issue: { subject: 'Low water', preheader: 'The gate stays open.', ...more },
    articles: [
      {
        headline,
        lang: 'en',
        dir: 'ltr',
        readMinutes: 1,
        byline: { name: 'Mara', isAI: true },
        blocks: [{ type: 'paragraph', content: [{ type: 'text', text: 'The gate stays open.' }] }],
        related: [],
      },
    ],
  }
}
