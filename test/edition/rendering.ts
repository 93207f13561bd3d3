import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { IssueProps } from '../../emails/props.ts'
import { loadTemplates, type TemplateSet } from '../../src/edition/templates.ts'

/** Our templates and those of `emailsDir`, compiled into a folder of their own. */
export async function loadForTest(emailsDir?: string): Promise<TemplateSet & { remove(): Promise<void> }> {
  const cacheDir = await mkdtemp(join(tmpdir(), 'pressroom-templates-'))
  const set = await loadTemplates({ cacheDir, emailsDir })
  return { ...set, remove: () => rm(cacheDir, { recursive: true, force: true }) }
}

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
