/**
 * The archive: users who are gone, from MongoDB's {@code user_events} to {@code archived_users},
 * and the day's report. Which day it is done for, and where the report goes, is decided elsewhere.
 */
package routes.archive;
