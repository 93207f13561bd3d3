import type { Rule } from './rule.ts'
import { contrast } from './rules/contrast.ts'
import { headingOrder, oneH1 } from './rules/headings.ts'
import { activeContent, validHtml } from './rules/html.ts'
import { imgAlt, imgSize, imgWeight } from './rules/images.ts'
import { language, textDirection, title } from './rules/language.ts'
import { listUnsubscribe, postalAddress, unsubscribeLink } from './rules/leaving.ts'
import { preheader, subject } from './rules/lines.ts'
import { httpsOnly, linkText, placeholderLink } from './rules/links.ts'
import { size, styleSize } from './rules/size.ts'
import { slotFallback, tokenLeft, urlSlot } from './rules/slots.ts'
import { clientSupport } from './rules/support.ts'
import { textPart } from './rules/text-part.ts'

/** Every rule that a mail is held to before it is scheduled, in the order in which they are listed. */
export const RULES: readonly Rule[] = [
  urlSlot,
  tokenLeft,
  slotFallback,
  unsubscribeLink,
  listUnsubscribe,
  postalAddress,
  size,
  styleSize,
  subject,
  preheader,
  textPart,
  language,
  textDirection,
  title,
  oneH1,
  headingOrder,
  imgAlt,
  imgSize,
  imgWeight,
  linkText,
  httpsOnly,
  placeholderLink,
  contrast,
  activeContent,
  validHtml,
  clientSupport,
]
