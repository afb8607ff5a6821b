package io.intramuros.web;

/** Server-sent events as text. */
public final class SseEvents {
    /** The media type of a stream of them. */
    public static final String MEDIA_TYPE = "text/event-stream";

    private SseEvents() {}

    /**
     * An event without a name.
     *
     * @param data its data; each of its lines becomes a line of the event
     */
    public static String event(String data) {
        StringBuilder event = new StringBuilder(data.length() + 16);
        // A reader joins the lines of one event again, so a line break in the data can never end the event.
        data.lines().forEach(line -> event.append("data: ").append(line).append('\n'));
        return event.append('\n').toString();
    }

    /**
     * An event with a name.
     *
     * @param name its name, one word
     * @param data its data
     */
    public static String event(String name, String data) {
        return "event: " + name + "\n" + event(data);
    }
}
