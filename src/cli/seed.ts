import type { Command } from 'commander'
import { adminPath, questionPath } from '../question/rules.ts'
import { demos, seedDemo } from '../seed/demo.ts'
import { originFor, withCore } from './core.ts'

export function seedCommand(program: Command): void {
  program
    .command('seed')
    .description('make something to look at')
    .command('demo')
    .description('make a question with ideas, reasons, votes and a discussion')
    .option('--language <tag>', `one of ${Object.keys(demos).join(', ')}; otherwise that of this shell`)
    .action(seed)
}

async function seed({ language }: { language?: string }): Promise<void> {
  const tag = language ?? new Intl.Locale(Intl.DateTimeFormat().resolvedOptions().locale).language
  if (language !== undefined && !(language in demos)) {
    console.error(`There is no demo in “${language}”; there is one in ${Object.keys(demos).join(' and ')}.`)
    process.exitCode = 1
    return
  }
  await withCore(async (core, config) => {
    const { questionId, adminToken } = await seedDemo(core, tag)
    console.log(`Owner link, shown this once: ${originFor(config)}${adminPath(questionId, adminToken)}`)
    console.log(questionPath(questionId))
  })
}
