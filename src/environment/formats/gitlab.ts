/**
 * GitLab's `artifacts:reports:dotenv`: a value is what stands between `=` and the end of the line, without the
 * blanks around it. GitLab then expands `$NAME` in it, and `%NAME%` where there is such a variable; `$$` is `$`.
 * Source: gitlab, parse_dotenv_artifact_service.rb, variables/collection/item.rb; gitlab-runner, JobVariables.
 */
import { type Format, refuseValue } from './format.ts'

export const format: Format = {
  writeVariable(name, value) {
    if (value.includes('\n')) refuseValue("has a line break, which GitLab's dotenv can't hold")
    if (/^[\t\v\f\r ]|[\t\v\f\r ]$/.test(value))
      refuseValue('begins or ends with a blank, which GitLab drops')
    if (EXPANDED.test(value)) refuseValue('has %NAME%, which GitLab expands')
    return `${name}=${value.replaceAll('$', '$$$$')}`
  },
}

/** Not `%C3%`, as in %C3%A9: a URL is likelier than a variable of that name. */
const EXPANDED = /%(?![0-9A-Fa-f]{2}%)[A-Za-z_]\w*%/
