import { SecwrapError } from '../core/errors.ts'
import { decodePercent, parseKey, splitUri, type Written } from './uri.ts'

const SERVICES: readonly string[] = ['ssm', 'secretsmanager']

/**
 * `arn:aws:ssm:eu-west-1:111122223333:parameter/prod/db` and its like for Secrets Manager, bare as
 * secret-init takes them or as the path of our schemes. Options and `#key` may follow. The providers
 * find the region in the ARN, so that it is no option of the id.
 */
export function parseArn(text: string): Written {
  const { path, options, fragment } = splitUri(text)
  const [, , scheme = '', regionOfArn = '', account = ''] = path.split(':')
  if (!SERVICES.includes(scheme)) {
    throw new SecwrapError('BAD_TEMPLATE', 'the ARN is of neither a parameter nor a secret')
  }
  if (regionOfArn === '' || account === '') {
    throw new SecwrapError('BAD_TEMPLATE', 'the ARN has no region or no account')
  }
  const { region = regionOfArn, ...others } = options
  if (region !== regionOfArn) {
    throw new SecwrapError(
      'BAD_TEMPLATE',
      `the ARN is of ${regionOfArn}, but the option region says otherwise`,
    )
  }
  return {
    scheme,
    path: decodePercent(path),
    options: others,
    ...(fragment !== undefined && { key: parseKey(fragment) }),
  }
}
