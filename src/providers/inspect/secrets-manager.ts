import { SECRETS_MANAGER } from '../secrets-manager/service.ts'
import { inspectAws } from './aws.ts'

export const inspect = inspectAws(SECRETS_MANAGER)
