// Runs in a worker of its own: ALTCHA's solver for challenges of PBKDF2, which browsers have built in.
import { solveChallenge, type SolveChallengeOptions } from 'altcha-lib'
import { deriveKey } from 'altcha-lib/algorithms/web/pbkdf2'

type Work = Required<Pick<SolveChallengeOptions, 'challenge' | 'counterStart' | 'counterStep' | 'timeout'>>

self.onmessage = ({ data: { challenge, counterStart, counterStep, timeout } }: MessageEvent<Work>) => {
  solveChallenge({ challenge, counterStart, counterStep, timeout, deriveKey }).then(
    (solution) => self.postMessage(solution),
    (failure: unknown) => self.postMessage({ error: String(failure) }),
  )
}
