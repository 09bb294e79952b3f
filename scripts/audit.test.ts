import { describe, expect, it } from 'vitest'
import { judgeAudit } from './audit.ts'

/** As npm 11 prints it, shortened. */
const report = (severity: string) =>
  JSON.stringify({
    auditReportVersion: 2,
    vulnerabilities: {
      lodash: {
        name: 'lodash',
        severity,
        via: [{ title: 'Prototype Pollution in lodash', severity }, 'other'],
        range: '<4.17.19',
      },
    },
    metadata: { vulnerabilities: { [severity]: 1, total: 1 } },
  })

describe('the audit of dependencies', () => {
  it.each(['high', 'critical'])('fails at a %s vulnerability and names it', (severity) => {
    const { code, output } = judgeAudit(report(severity))
    expect(code).toBe(1)
    expect(output).toBe(`lodash <4.17.19 (${severity}): Prototype Pollution in lodash; through other`)
  })

  it.each(['low', 'moderate'])('lets a %s one be', (severity) => {
    expect(judgeAudit(report(severity))).toEqual({ code: 0, output: '' })
  })

  it('is content when there is none', () => {
    expect(judgeAudit('{"auditReportVersion":2,"vulnerabilities":{}}')).toEqual({ code: 0, output: '' })
  })

  it.each([
    ['refuses', '{"message":"405 Method Not Allowed","error":{"summary":"","detail":""}}'],
    ['cannot be reached', ''],
    ['sends something else', '<html>Sign in</html>'],
    ['sends next to nothing', 'null'],
  ])('says that it does not know when the registry %s, and fails nobody for it', (_what, answer) => {
    const { code, output } = judgeAudit(answer)
    expect(code).toBe(0)
    expect(output).toMatch(/^Not checked/)
  })
})
