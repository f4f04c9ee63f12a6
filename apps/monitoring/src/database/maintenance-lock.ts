/** Advisory lock of whoever makes, drops or goes through partitions; any constant that nothing else uses in this database. */
export const MAINTENANCE_LOCK = 0x5349_4750;
