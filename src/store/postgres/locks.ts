/**
 * The advisory locks of this application, all in the space of its database.
 *
 * `consent` lets a withdrawal and a freeze exclude each other: freezing a batch shares it, leaving or suppressing holds
 * it alone, each until its commit. So a reader either is known to have left when a batch is frozen, or left after it.
 * Erasing holds it alone too, and imports share it: they either see who is erased, or have brought them before.
 * `sweep` lets one process at a time look for what is due, `migrate` one bring the tables up to date. Preparing a send
 * locks on the send's own id.
 */
export const LOCKS = { consent: 7_301_001, sweep: 7_301_002, migrate: 7_301_003 } as const
