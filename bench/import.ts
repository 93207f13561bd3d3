import type { InstallationPlace } from './installation.ts'
import { onNewInstallation } from './installation.ts'

export type ImportRun = Omit<InstallationPlace, 'databaseUrl'> & {
  /** Makes an empty database of that name. */
  readonly createDatabase: (name: string) => Promise<string>
  readonly rows: number
}

export type Imported = {
  readonly seconds: number
  /** Importing the same file again, which changes nothing. */
  readonly againSeconds: number
  readonly exportSeconds: number
  /** Peak of the server's resident memory, over that of one that imported 100,000. */
  readonly memoryGrowthMb: number
}

/** By then the engine is warm and its heap as large as it gets; what comes on top comes from the rows. */
const FEW = 100_000

/** Imports and exports over HTTP, as the command line does. */
export async function measureImport(run: ImportRun): Promise<Imported> {
  const few = await onServer(run, 'import_few', FEW)
  const { memory, ...seconds } = await onServer(run, 'import_many', run.rows)
  return { ...seconds, memoryGrowthMb: (memory - few.memory) / 1e6 }
}

async function onServer(run: ImportRun, name: string, rows: number) {
  const place = { ...run, databaseUrl: await run.createDatabase(name) }
  return onNewInstallation(place, async ({ startServer, newsletterId }) => {
    const server = await startServer()
    const [url, key] = [await server.ask('url'), await server.ask('key')]
    const authorization = `Bearer ${key}`
    const importAll = () =>
      timed(async () => {
        const answer = await fetch(
          `${url}/api/v1/subscribers/import?newsletter=${newsletterId}&consentSource=benchmark`,
          {
            method: 'POST',
            headers: { authorization, 'content-type': 'text/csv' },
            body: ReadableStream.from(file(rows)),
            duplex: 'half',
          },
        )
        const { notTaken } = (await answer.json()) as { readonly notTaken: number }
        // The second time, those who left are left as they are.
        if (!answer.ok || notTaken > rows / 50) throw new Error(`The import was answered ${answer.status}.`)
      })
    const seconds = await importAll()
    const againSeconds = await importAll()
    const exportSeconds = await timed(async () => {
      const answer = await fetch(`${url}/api/v1/subscribers/export`, { headers: { authorization } })
      let bytes = 0
      for await (const part of answer.body ?? []) bytes += part.byteLength
      if (bytes < rows * 50) throw new Error('The export is too short.')
    })
    const memory = await server.ask('peakBytes')
    return { seconds, againSeconds, exportSeconds, memory }
  })
}

/** What another service exports: names, a status, a time, something besides; one in fifty has left. */
async function* file(rows: number): AsyncGenerator<Uint8Array> {
  yield Buffer.from('Email Address,First Name,Status,Subscribed at,Language,Town\n')
  const lines: string[] = []
  for (let row = 0; row < rows; row++) {
    const status = row % 50 === 0 ? 'unsubscribed' : 'active'
    lines.push(
      `Reader.${row}@${DOMAINS[row % DOMAINS.length]},Zoë ${row},${status},2023-04-21 11:16:57,de,"Graz, ${row % 100}"\n`,
    )
    if (lines.length === 1_000 || row === rows - 1) yield Buffer.from(lines.splice(0).join(''))
  }
}

const DOMAINS = ['example.com', 'mail.example.org', 'example.net']

async function timed(work: () => Promise<void>): Promise<number> {
  const from = performance.now()
  await work()
  return (performance.now() - from) / 1_000
}
