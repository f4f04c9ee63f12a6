import type { DataSource } from 'typeorm';

/** Keeps every relay from publishing, as if another instance had its turn; answers how to let them go on. */
export async function holdRelay(dataSource: DataSource): Promise<() => Promise<void>> {
  const holder = dataSource.createQueryRunner();
  await holder.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE application_name = 'config-service relay' AND datname = current_database()`,
  );
  await holder.query("SELECT pg_advisory_lock(hashtextextended('config-service:outbox-relay', 0))");
  return async () => {
    await holder.query('SELECT pg_advisory_unlock_all()');
    await holder.release();
  };
}
