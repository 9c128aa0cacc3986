import { SecwrapError } from '../core/errors.ts'
import { splitUri, type Written } from './uri.ts'

const SCHEMES: Readonly<Record<string, string>> = { ssm: 'ssm', secretsmanager: 'secretsmanager' }

/**
 * `arn:aws:ssm:eu-west-1:123456789012:parameter/prod/db`, and the like for Secrets Manager, as
 * secret-init takes them. The region is the ARN's own. Options and `#key` may follow, as after our schemes.
 */
export function parseArn(text: string): Written {
  const { path, options, fragment } = splitUri(text)
  const [, , service = '', region = '', account = ''] = path.split(':')
  const scheme = SCHEMES[service]
  if (!scheme) throw new SecwrapError('BAD_TEMPLATE', 'an ARN of neither a parameter nor a secret')
  if (region === '' || account === '')
    throw new SecwrapError('BAD_TEMPLATE', 'an ARN without region or account')
  if (options.region !== undefined && options.region !== region) {
    throw new SecwrapError('BAD_TEMPLATE', `the ARN is in ${region}, the option region says otherwise`)
  }
  return {
    scheme,
    path,
    options: { ...options, region },
    ...(fragment !== undefined && { key: fragment.split('.') }),
  }
}
