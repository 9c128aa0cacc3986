/** A refusal: either no policy allows it, or the token is dead. They call for different steps. */
import { SecwrapError } from '../../core/errors.ts'
import type { Session } from './session.ts'
import type { Token } from './tokens.ts'

/**
 * @param path - the API's path, as policies have it.
 * @param deed - what was refused.
 */
export async function explainDenial(
  session: Session,
  path: string,
  signal: AbortSignal,
  deed = 'reading',
): Promise<SecwrapError> {
  const token = await session.token(signal)
  if (!(await session.isAlive(signal))) return deadToken(session, token)
  return new SecwrapError(
    'DENIED',
    `${session.client.store}: no policy of the token allows ${deed} ${path}`,
    {
      hint: `vault token capabilities ${path}`,
    },
  )
}

/** The server answers the same for a mount that does not exist and one that the token may not see. */
export function mountRefused(session: Session, path: string): SecwrapError {
  return new SecwrapError(
    'DENIED',
    `${session.client.store}: there is no mount for ${path}, or no policy of the token allows anything in it`,
    { hint: 'vault secrets list' },
  )
}

function deadToken({ client }: Session, { source, isOurs }: Token): SecwrapError {
  const hint = isOurs ? 'token_ttl and token_num_uses of the role' : 'vault login'
  return new SecwrapError(
    'DENIED',
    `${client.store} does not know the token of ${source}: expired or revoked`,
    {
      hint,
    },
  )
}
