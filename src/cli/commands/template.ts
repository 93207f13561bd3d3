import type { DefineCommand } from '../commands.ts'
export const template: DefineCommand = () => {}
