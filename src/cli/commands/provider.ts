import type { DefineCommand } from '../commands.ts'
import { type Block, blockText } from '../send-text.ts'

type Account = { readonly name: string; readonly requestsPerSecond: number; readonly blocked: Block | null }

/** `pressroom provider`: status, unblock. */
export const provider: DefineCommand = (command, session) => {
  const { output, api } = session

  command
    .command('status')
    .description('Show whether mail can go out, and how fast.')
    .action(async () => {
      const { provider: account } = await api.get<{ readonly provider: Account }>('/status')
      output.result(account, () => {
        const pace = `${account.name}, up to ${account.requestsPerSecond} calls a second.`
        return account.blocked ? `${pace}\n${blockText(account.blocked)}` : `${pace} Nothing holds it.`
      })
    })

  command
    .command('unblock')
    .description('Go on after a key, a domain or a quota was put right.')
    .action(async () => {
      const account = await api.post<Account>('/provider/unblock')
      output.result(account, () => `${account.name} is asked again.`)
    })
}
