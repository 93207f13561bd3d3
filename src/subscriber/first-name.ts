import { z } from 'zod'
import { hasControlCharacter } from '../text.ts'

/** The most characters a first name has. */
export const MAX_FIRST_NAME = 100

/** A first name as it was typed, trimmed; empty when it was not given. It may hold anything but control characters. */
export const firstNameSchema = z
  .string()
  .trim()
  .max(MAX_FIRST_NAME)
  .refine((text) => !hasControlCharacter(text), 'expected one line without control characters')
  .refine((text) => text.isWellFormed(), 'expected whole Unicode characters')
  .default('')
