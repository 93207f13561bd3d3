import { openApp } from '../src/app.ts'
import { readConfig } from '../src/config/config.ts'
import { startServer } from '../src/http/server.ts'
import { createNewsletter } from '../src/newsletter/create.ts'
import { answerParent } from './child.ts'
import { newsletter } from './sample.ts'

/** What a server in a process of its own tells: where it listens. */
export type SubscribeServerAnswers = { readonly url: string }

const settings: Readonly<Record<string, string>> = JSON.parse(process.env.BENCH_SETTINGS ?? '{}')
const app = await openApp(readConfig(settings, process.cwd()))
await createNewsletter(app.store.newsletters, newsletter)
const server = await startServer(app)

answerParent<SubscribeServerAnswers>({ url: () => server.url }, async () => {
  await server.close()
  await app.close()
})
