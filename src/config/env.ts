import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'dotenv'
import { AppError } from '../error.ts'

/** Settings by name, as text; one that is set to nothing is not set. */
export type Environment = Readonly<Record<string, string | undefined>>

/**
 * The variables of `env`, and below them those of the file `.env` in `directory`, if there is one: what is set outside
 * always wins. Changes nothing in `process.env`.
 * @throws AppError `config_invalid` when `.env` exists but cannot be read
 */
export function readEnvironment(directory: string, env: Environment = process.env): Environment {
  return { ...withoutEmpty(readEnvFile(join(directory, '.env'))), ...withoutEmpty(env) }
}

function readEnvFile(path: string): Environment {
  try {
    return parse(readFileSync(path))
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return {}
    throw new AppError('config_invalid', `${path} cannot be read.`, { cause })
  }
}

function withoutEmpty(env: Environment): Environment {
  return Object.fromEntries(Object.entries(env).filter(([, value]) => value?.trim()))
}
