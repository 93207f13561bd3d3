import { OUTSIDE_RULES } from './outside/check-outside.ts'
import { RULES } from './registry.ts'
import type { RuleFacts } from './rule.ts'
import { GRACEFUL } from './support/graceful.ts'
import { SUPPORT_SOURCE } from './support/lacking.ts'

/** docs/checks.md, written from the rules themselves. */
export function checksPage(): string {
  const { source, date, clients } = SUPPORT_SOURCE
  const parts = [HEAD, ruleTable(RULES), OUTSIDE, ruleTable(OUTSIDE_RULES), UNTOLD, SUPPORT]
  const data = `The data is that of <${source}> of ${date}, for ${listed(clients)}. A partial support counts as one.`
  return `${[...parts, data, GRACE, gracefulTable()].join('\n\n')}\n`
}

function ruleTable(rules: readonly RuleFacts[]): string {
  const rows = rules.map(({ id, severity, explains, mend, isFinal }) => {
    const grade = isFinal ? `${severity}, never allowed` : severity
    return `| \`${id}\` | ${grade} | ${cell(explains)} | ${cell(mend)} |`
  })
  return ['| rule | severity | what it asks for | how to mend it |', '|---|---|---|---|', ...rows].join('\n')
}

function gracefulTable(): string {
  const rows = Object.entries(GRACEFUL).map(([feature, { instead }]) => `| ${feature} | ${cell(instead)} |`)
  return ['| feature | what is seen where it is missing |', '|---|---|', ...rows].join('\n')
}

// Tags would be taken for html, and a bar for the end of a cell; what looks like code is shown as such.
function cell(text: string): string {
  return text.replace(/(?<!`)(<[A-Za-z][^>]*>|\{\{[^}]*\}\}|\*\|[^|]*\|\*)/g, '`$1`').replaceAll('|', '\\|')
}

function listed(names: readonly string[]): string {
  return `${names.slice(0, -1).join(', ')} and ${names.at(-1) ?? ''}`
}

const HEAD = `# Checks

<!-- Written by \`npm run docs\` from the rules in src/check/. -->

A mail is held to rules before anybody gets it. What is looked at is the edition as it leaves: rendered, post-processed
and filled, once for a reader of whom nothing is known, once for one of whom everything is, and once for each value that
a conditional block asks for; in every language that the newsletter's readers have.

\`\`\`sh
pressroom check <issue id>                # asks the server, which asks nobody
pressroom check story.md --template letter # an article, without a server
pressroom check <issue id> --links        # also asks for every link
pressroom check story.md --json           # the last line: [{rule, severity, message, where}]
\`\`\`

The exit code is 1 when there are errors. \`GET /api/v1/issues/{id}/checks\` answers the same, and the preview shows it
beside the mail while you write.

**Errors refuse a send**, when it is scheduled and when it is refreshed. Where a rule is wrong about a mail of yours, name
it: \`pressroom send create <issue id> --at now --allow contrast\`, or \`allow: ["contrast"]\` in the API. What was allowed is
kept with the send and in its log, with who allowed it. Warnings and notes refuse nothing. A test mail is never refused.

Nothing of a mail is given to anybody to be checked.

## Rules`
const OUTSIDE = `## Rules that take more than the mail

They are run by \`pressroom check\` and by the API when it is asked to (\`?links=true\`, \`?spam=true\`), on the edition in the
newsletter's own language, and not when a send is scheduled; so they refuse none, whatever they find.

Links are asked for with HEAD, and with GET where that is not answered; at most 200, six at once, ten seconds each, five
redirects. Never asked for: links that are filled in for each reader, addresses that look as if they ended, confirmed or
changed a subscription, and private addresses, also behind a redirect or a name. SpamAssassin is run as \`spamassassin
--local\` where it is installed (\`apt install spamassassin\`), without learning; otherwise a note says that it was not run.
\`spamc\` is not used: what stands behind it may ask services on the internet.`
const UNTOLD = `## What cannot be told

- **Contrast** is computed from attributes, \`style\` and style blocks with selectors of types, classes, ids, attributes,
  descendants and children. Text on pictures and colours in notations such as \`oklch()\` give a note. What apps make of
  colours by themselves (forced inversion) is not computed: look at it in the preview.
- **Size** counts values of a plausible length, not the longest that anybody could have.
- **Html** is read as a browser reads it; rules of good style that do not change what is shown are not checked.
- **The weight of images** is known only where Pressroom has the image itself.
- Whether a text says what it should, only a reader can tell.`
const SUPPORT = '## Mail clients'
const GRACE = `These features some of them lack, and they are not reported, because nothing is lost. Layout and colours that stand in a
style block alone are reported whatever the table says.`
