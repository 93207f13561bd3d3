import { AppError } from '../../../error.ts'
import type { DefineCommand } from '../../commands.ts'
import { outcomeLine } from '../../send-text.ts'
import { watchSend } from '../../watch-send.ts'

/** `pressroom send watch`: follows a send to its end. */
export const defineWatch: DefineCommand = (command, session) => {
  command
    .command('watch <id>')
    .description('Follow a send to its end, with its rate and the time left.')
    .addHelpText(
      'after',
      '\nExit codes: 0 when it is sent; 1 when it is paused, cancelled or missed. Ctrl-C ends the watching only.',
    )
    .action(async (id: string) => {
      const { send, explanation } = await watchSend(id, session)
      session.output.result(send, () => outcomeLine(send.progress))
      if (explanation !== null) throw new AppError('conflict', explanation)
    })
}
