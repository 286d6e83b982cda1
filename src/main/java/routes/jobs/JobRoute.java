package routes.jobs;

import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;

/**
 * A job on a schedule that runs once among any number of runtimes: Quartz's clock makes a day due,
 * and whoever is free works on it, in the route {@code direct:NAME} with a {@link JobDay} as body.
 */
public final class JobRoute extends RouteBuilder {
    // spotless:off
    @Override
    public void configure() {
        routeTemplate("schedule")
            .templateParameter("name")
            .templateParameter("cron")
            .from("quartz:caravan/{{name}}?cron={{cron}}&trigger.timeZone=UTC&durableJob=true&recoverableJob=true")
                .routeId("schedule-{{name}}")
                .errorHandler(noErrorHandler())
                .to("bean:job-{{name}}?method=fire");

        routeTemplate("job")
            .templateParameter("name")
            // Greedy: when a day is done, the next one is looked for at once.
            .from("scheduler:job-{{name}}?delay=1000&initialDelay=0&greedy=true&exceptionHandler=#quiet")
                .routeId("job-{{name}}")
                .errorHandler(noErrorHandler())
                .setProperty(Exchange.SCHEDULER_POLLED_MESSAGES, constant(false))
                .to("bean:job-{{name}}?method=next")
                .filter(body().isNotNull())
                    .setVariable("day", body())
                    .doTry()
                        .to("direct:{{name}}")
                        .to("bean:job-{{name}}?method=done(${variable.day})")
                        .setProperty(Exchange.SCHEDULER_POLLED_MESSAGES, constant(true))
                    .doCatch(Exception.class)
                        .to("bean:job-{{name}}?method=failed(${variable.day}, ${exception})")
                    .doFinally()
                        .to("bean:job-{{name}}?method=release(${variable.day})")
                    .end()
                .end();

        routeTemplate("job-backlog")
            .templateParameter("name")
            .from("scheduler:job-backlog-{{name}}?delay=5000&initialDelay=0&exceptionHandler=#quiet")
                .routeId("job-backlog-{{name}}")
                .errorHandler(noErrorHandler())
                .to("bean:job-{{name}}?method=measure");
    }
    // spotless:on
}
