/** Said where stats were asked for and whoever counts does not answer (RFC 7234, section 5.5). */
export const STATS_WARNING = '199 signalbox "execution statistics are not available now"';
