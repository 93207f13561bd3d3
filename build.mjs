// `npm run build`: writes dist/ (or the folder that is given), what `exports` in package.json names.
import { spawnSync } from 'node:child_process'
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, extname, join, resolve } from 'node:path'

const root = import.meta.dirname
const dist = resolve(process.argv[2] ?? join(root, 'dist'))
const typescript = dirname(createRequire(import.meta.url).resolve('typescript/package.json'))

rmSync(dist, { recursive: true, force: true })
const compile = [join(typescript, 'bin', 'tsc'), '-p', 'tsconfig.build.json', '--outDir', dist]
const compiled = spawnSync(process.execPath, compile, { cwd: root, stdio: 'inherit' })
if (compiled.status !== 0) process.exit(compiled.status ?? 1)

// Pages, styles and words that code reads from beside itself.
for (const folder of ['emails', 'src', 'worker']) {
  cpSync(join(root, folder), join(dist, folder), {
    recursive: true,
    filter: (path) => !['.ts', '.tsx'].includes(extname(path)),
  })
}

// TypeScript leaves import attributes out of declarations, and then refuses to read them (TS1543).
for (const name of readdirSync(dist, { recursive: true, encoding: 'utf8' })) {
  if (!name.endsWith('.d.ts')) continue
  const file = join(dist, name)
  const text = readFileSync(file, 'utf8')
  const mended = text.replaceAll(/^(import (?!type ).* from '.*\.json');$/gm, "$1 with { type: 'json' };")
  if (mended !== text) writeFileSync(file, mended)
}
