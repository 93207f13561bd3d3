import { createHash } from 'node:crypto'
import { chmod, chown, lstat, mkdir, readFile, realpath, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AppError } from '../../error.ts'
import type { Logger } from '../../log.ts'
import { type Account, canEnter, isRoot, unprivilegedAccount } from './account.ts'
import { exists } from './binaries.ts'

/** Where a server and its files are, and under which account it runs. */
export type Place = {
  readonly account: Account
  /** Holds the cluster, its log, and copied binaries. */
  readonly home: string
  /** PGDATA. */
  readonly cluster: string
  /** Holds the unix socket; closed to everybody else. */
  readonly run: string
  readonly logFile: string
}

/** Below it root keeps what the server's account cannot reach in DATA_DIR: only root can write there, and it survives a reboot. */
export const SHELTER = '/var/lib/pressroom'

/** The shortest limit of the systems we know (macOS; Linux allows 107). */
const MAX_SOCKET_PATH = 103

/**
 * Finds, or makes, the place of the server of `dataDir`. As a rule that is `dataDir` itself. Root's server runs under
 * an account that may be unable to enter it (a checkout under /root): then the place is a directory below `shelter`,
 * written down in `dataDir/embedded.json` and kept from then on. Data that exists is never passed over: when it can no
 * longer be reached, that is a `config_invalid`.
 */
export async function findPlace(dataDir: string, shelter: string, log: Logger): Promise<Place> {
  await mkdir(dataDir, { recursive: true })
  const directory = await realpath(dataDir)
  const recorded = await recordedHome(directory)
  const account = await serverAccount(join(recorded ?? directory, 'postgres'))
  const home = recorded ?? (await chooseHome(directory, account, shelter, log))
  const run = await runDirectory(home, account)
  return { account, home, cluster: join(home, 'postgres'), run, logFile: join(home, 'postgres.log') }
}

/** As root: the owner of the data that exists, who need not be `nobody`; as anybody else: oneself. */
async function serverAccount(cluster: string): Promise<Account> {
  const owner = await stat(cluster).catch(() => null)
  if (isRoot()) return owner && owner.uid !== 0 ? { uid: owner.uid, gid: owner.gid } : await unprivilegedAccount()
  if (!owner || process.getuid === undefined || owner.uid === process.getuid()) return null
  const message = `The embedded database in ${cluster} belongs to another user (uid ${owner.uid}). Start Pressroom as that user or as root, or set DATABASE_URL.`
  throw new AppError('config_invalid', message)
}

async function recordedHome(directory: string): Promise<string | null> {
  const text = await readFile(join(directory, 'embedded.json'), 'utf8').catch(() => null)
  if (text === null) return null
  const { home } = JSON.parse(text) as { home: string }
  if (await exists(home)) return home
  const message = `The embedded database of ${directory} was kept in ${home}, which is gone. Bring it back, or delete ${join(directory, 'embedded.json')} to start with an empty one.`
  throw new AppError('config_invalid', message)
}

async function chooseHome(directory: string, account: Account, shelter: string, log: Logger): Promise<string> {
  if (await canEnter(account, directory)) return directory
  if (await exists(join(directory, 'postgres'))) {
    const message = `The account that runs the embedded database (uid ${account?.uid}) can no longer enter ${directory}. Give it "execute" on that directory and its parents.`
    throw new AppError('config_invalid', message)
  }
  const home = join(shelter, shortHash(directory))
  await mkdir(home, { recursive: true, mode: 0o711 })
  if (!(await canEnter(account, home))) {
    const message = `The account that runs the embedded database (uid ${account?.uid}) can enter neither ${directory} nor ${home}. Set DATA_DIR to a directory it can enter, or set DATABASE_URL.`
    throw new AppError('config_invalid', message)
  }
  await writeFile(join(directory, 'embedded.json'), `${JSON.stringify({ home }, null, 2)}\n`)
  log.warn({ event: 'embedded_elsewhere', dataDir: directory, home }, 'the embedded database is not kept in DATA_DIR')
  return home
}

async function runDirectory(home: string, account: Account): Promise<string> {
  const inside = join(home, 'run')
  const fits = Buffer.byteLength(join(inside, '.s.PGSQL.5432')) <= MAX_SOCKET_PATH
  const directory = fits ? inside : join(tmpdir(), `pressroom-${shortHash(home)}`)
  await mkdir(directory, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error
  })
  await own(directory, account)
  return directory
}

/** Refuses a directory that somebody else laid out in a place open to all, such as /tmp. */
async function own(directory: string, account: Account): Promise<void> {
  const found = await lstat(directory)
  const trusted = [process.getuid?.() ?? found.uid, account?.uid]
  if (!found.isDirectory() || !trusted.includes(found.uid)) {
    throw new AppError('config_invalid', `${directory} belongs to somebody else. Delete it and start again.`)
  }
  if (account) await chown(directory, account.uid, account.gid)
  await chmod(directory, 0o700)
}

function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12)
}
