import { expect, it } from 'vitest'
import { tablesWithoutQuestion } from './question-keys.ts'

it.each([
  'select * from votes where question_id = $1',
  'select * from "questions" where "id" = $1 and "public_id" = $2 for update',
  'select * from questions where id = any($1::bigint[]) order by id',
  'select * from votes v join ideas i on i.question_id = v.question_id and i.id = v.idea_id where v.question_id = $1',
  'select * from unnest($1::bigint[]) as asked (question) join ideas i on i.question_id = asked.question',
  'update ideas i set votes = 0 from unnest($1::bigint[]) as moved (question) where i.question_id = moved.question',
  'delete from votes where question_id = $1 and idea_id in (select id from ideas where question_id = $1)',
  'select (select count(*) from votes t where t.question_id = q.id) from questions q where q.id = $1',
  'insert into votes (question_id, idea_id) select question, idea from unnest($1::bigint[]) as n (question, idea)',
  'insert into questions (public_id) values ($1) returning id',
  'update votes set named = 1 where (question_id, participant_id) in (select 1, 2)',
  'select max(k) from (select id as k from ideas where question_id = $1 union all select id from images where question_id = $1) a',
  'select * from replies where created_at < $1',
])('finds the question in %s', (sql) => {
  expect(tablesWithoutQuestion(sql)).toEqual([])
})

it.each([
  ['select * from votes', ['votes']],
  ['select * from questions where public_id = $1', ['questions']],
  ['select * from votes where idea_id = $1 or question_id = $2', ['votes']],
  ['select * from votes where question_id > $1', ['votes']],
  ['select * from votes v join ideas i on i.id = v.idea_id where v.question_id = $1', ['ideas i']],
  ['select * from votes v join ideas i on i.question_id = v.question_id', ['votes v', 'ideas i']],
  ['delete from votes where question_id = $1 and idea_id in (select id from ideas where hidden_at > 0)', ['ideas']],
  ['update comments set text = $1 where id = $2', ['comments']],
  ['insert into votes (idea_id) values ($1)', ['votes']],
  ['select id from ideas where question_id = $1 union all select id from images', ['images']],
  ['with all_votes as (select * from votes) select * from all_votes where question_id = $1', ['votes']],
])('misses the question in %s', (sql, missing) => {
  expect(tablesWithoutQuestion(sql)).toEqual(missing)
})
