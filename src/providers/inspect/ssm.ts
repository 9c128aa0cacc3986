import { PARAMETER_STORE } from '../ssm/service.ts'
import { inspectAws } from './aws.ts'

export const inspect = inspectAws(PARAMETER_STORE)
