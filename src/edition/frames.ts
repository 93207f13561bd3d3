import { existsSync, readFileSync } from 'node:fs'
import { SourceMap } from 'node:module'
import { dirname, isAbsolute, relative, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * Where in a template an error was thrown, as `file:line:column` seen from the working directory; undefined when
 * its stack leads through no file of a template. `cacheDir` is where the compiled templates lie.
 */
export function whereThrown(stack: string | undefined, cacheDir: string): string | undefined {
  for (const line of (stack ?? '').split('\n')) {
    const place = templatePlace(line, cacheDir)
    if (place !== undefined) return place
  }
  return undefined
}

/** A path as people read it: seen from the working directory when it lies inside. */
export function shownPath(path: string): string {
  const inside = relative(process.cwd(), path)
  return inside.startsWith('..') ? path : inside
}

const FRAME = /((?:file:\/\/|\/|[A-Za-z]:\\)[^()]*):(\d+):(\d+)\)?$/

function templatePlace(line: string, cacheDir: string): string | undefined {
  const [, where = '', row, column] = FRAME.exec(line) ?? []
  if (where === '') return undefined
  const path = where.startsWith('file:') ? fileURLToPath(where) : where
  const place = isWithin(path, cacheDir) ? originalPlace(path, Number(row), Number(column)) : undefined
  if (place === undefined || isOurs(place.path)) return undefined
  return `${shownPath(place.path)}:${place.line}:${place.column}`
}

// A package's, or the thread's that renders: the fault lies with who called it.
function isOurs(path: string): boolean {
  return path.includes(`${sep}node_modules${sep}`) || isWithin(path, dirname(import.meta.dirname))
}

function originalPlace(path: string, line: number, column: number) {
  if (!existsSync(`${path}.map`)) return undefined
  const entry = new SourceMap(JSON.parse(readFileSync(`${path}.map`, 'utf8'))).findEntry(line - 1, column - 1)
  if (!('originalSource' in entry)) return undefined
  return {
    path: resolve(dirname(path), entry.originalSource),
    line: entry.originalLine + 1,
    column: entry.originalColumn + 1,
  }
}

function isWithin(path: string, folder: string): boolean {
  const inside = relative(folder, path)
  return !inside.startsWith('..') && !isAbsolute(inside)
}
