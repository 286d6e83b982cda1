package routes.daily;

import java.time.LocalDate;

/**
 * What somebody wants to have read in the place of a rejected line, whenever its day is loaded.
 *
 * @param day the file's
 * @param line its number in the file, from 1
 * @param rejected the line's text, as that person saw it
 * @param text the text in its place
 */
public record LineEdit(LocalDate day, long line, String rejected, String text) {}
