import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { COMMANDS } from '../../src/cli/commands.ts'
import { run } from './terminal.ts'

describe('help', () => {
  test('is what no command at all gives, and lists every command', async () => {
    const { code, stdout, stderr } = await run([])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    for (const { name, summary } of COMMANDS) expect(stdout).toContain(`${name.padEnd(11)}  ${summary}`)
  })

  test.each(COMMANDS.map(({ name }) => name))('of %s says what it takes, both ways of asking', async (name) => {
    const asked = await run([name, '--help'])
    expect(asked).toMatchObject({ code: 0, stderr: '' })
    expect(asked.stdout).toContain(`Usage: pressroom ${name} `)
    expect(await run(['help', name])).toEqual(asked)
  })
})

describe('a mistake on the command line', () => {
  test.each([
    [['sned'], '(Did you mean send?)'],
    [['send', 'crate'], '(Did you mean create?)'],
    [['send', 'list', '--limt', '3'], '(Did you mean --limit?)'],
    [['send', 'create'], "required option '--at <time>' not specified"],
    [['send', 'list', '--limit', '101'], 'Expected a whole number from 1 to 100.'],
    [['send', 'list', '--state', 'gone'], 'Allowed choices are scheduled'],
    [['send'], 'Usage: pressroom send '],
  ])('%j exits with 2 and says what was meant', async (args, message) => {
    expect(await run(args)).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining(message) })
  })
})

describe('a wrong configuration', () => {
  const env = { PORT: 'x', LOG_LEVEL: 'loud' }

  test('is reported with every problem, and exits with 2', async () => {
    const { code, stderr } = await run(['doctor'], { env })
    expect(code).toBe(2)
    expect(stderr).toMatch(/^ {2}PORT: /m)
    expect(stderr).toMatch(/^ {2}LOG_LEVEL: /m)
  })

  test.each(['start', 'migrate'])('`%s` says so when DATA_DIR cannot be made', async (command) => {
    const dataDir = join(import.meta.filename, 'data')
    const { code, stderr } = await run([command], { env: { DATA_DIR: dataDir } })
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: `DATA_DIR ${dataDir} cannot be written. Make it writable for the user that runs Pressroom, or set DATA_DIR to a directory that is.\n`,
    })
  })

  test.each(['api', 'worker'])('`%s` without a database of one’s own says what runs instead', async (command) => {
    const { code, stderr } = await run([command])
    expect(code).toBe(2)
    expect(stderr).toContain('set DATABASE_URL and APP_SECRET')
  })
})
