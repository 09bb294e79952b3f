import { isPreset, presets } from '#lib/presets.ts'
import { carryOut } from '#lib/server/carry-out.ts'
import { textsOf } from '#lib/server/form.ts'
import { handOver } from '#lib/server/handover.ts'
import { questionPath } from '#src/question/rules.ts'
import type { Actions } from './$types'

export const actions: Actions = {
  async default(event) {
    const values = textsOf(await event.request.formData())
    return await carryOut(event, 'ask', values, async (doors, caller) => {
      const { title = '', description = '', preset } = values
      const settings = isPreset(preset) ? presets[preset] : {}
      const { question, adminToken } = await doors.ask(caller, { title, description, settings })
      handOver(event, question.id, adminToken)
      return questionPath(question.id)
    })
  },
}
