// Written by `npx vitest run -u test/emails/strings.test.ts` from the files in this folder.
import ar from './ar.json' with { type: 'json' }
import de from './de.json' with { type: 'json' }
import en from './en.json' with { type: 'json' }
import es from './es.json' with { type: 'json' }
import fr from './fr.json' with { type: 'json' }
import ja from './ja.json' with { type: 'json' }

export default { ar, de, en, es, fr, ja }
