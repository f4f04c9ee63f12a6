/**
 * Preloaded into a service whose CPU profile is taken (`node --import`): SIGUSR2 begins the profile, and ends it, so that
 * it holds neither the start of the process nor its idle time. It is written to `BENCH_PROFILE_FILE`.
 */
import { writeFileSync } from 'node:fs';
import { Session } from 'node:inspector';

const file = process.env['BENCH_PROFILE_FILE'];
const session = new Session();
let isOn = false;

if (file !== undefined) {
  session.connect();
  session.post('Profiler.enable');
  process.on('SIGUSR2', () => {
    isOn = !isOn;
    if (isOn) return session.post('Profiler.start');
    session.post('Profiler.stop', (error, result) => {
      if (error === null) writeFileSync(file, JSON.stringify(result.profile));
    });
  });
}
