package routes.jobs;

import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;

/**
 * A job on a schedule that runs once among any number of runtimes: Quartz's clock makes a day due,
 * and whoever is free works on it, in the route {@code direct:NAME} with a {@link JobDay} as body,
 * while a transaction of its own holds the job.
 */
public final class JobRoute extends RouteBuilder {
    private static final String NEXT =
            "sql:classpath:sql/postgres/jobs/next.sql?dataSource=#postgres&outputType=SelectOne";

    // spotless:off
    @Override
    public void configure() {
        routeTemplate("schedule")
            .templateParameter("name")
            .templateParameter("cron")
            .from("quartz:caravan/{{name}}?cron={{cron}}&trigger.timeZone=UTC&durableJob=true&recoverableJob=true")
                .routeId("schedule-{{name}}")
                .description("Makes a day of the job {{name}} due")
                .errorHandler(noErrorHandler())
                .setVariable("job").constant("{{name}}").id("schedule-{{name}}-name")
                .to("bean:job-{{name}}?method=fire").id("schedule-{{name}}-day")
                .to("sql:classpath:sql/postgres/jobs/make_due.sql?dataSource=#postgres").id("schedule-{{name}}-make-due")
                .to("bean:job-{{name}}?method=fired").id("schedule-{{name}}-fired");

        routeTemplate("job")
            .templateParameter("name")
            // Greedy: when a day is done, the next one is looked for immediately.
            .from("scheduler:job-{{name}}?delay=1000&initialDelay=0&greedy=true&exceptionHandler=#quiet")
                .routeId("job-{{name}}")
                .description("Takes a day of {{name}} that is due, unless another runtime has it")
                .errorHandler(noErrorHandler())
                .setProperty(Exchange.SCHEDULER_POLLED_MESSAGES, constant(false)).id("job-{{name}}-none-yet")
                .setVariable("job").constant("{{name}}").id("job-{{name}}-name")
                .to(NEXT).id("job-{{name}}-look")
                .filter(body().isNotNull()).id("job-{{name}}-if-due")
                    .to("bean:job-{{name}}?method=take").id("job-{{name}}-take")
                    .filter(body().isNotNull()).id("job-{{name}}-if-taken")
                        .setVariable("taken", body()).id("job-{{name}}-taken")
                        .doTry().id("job-{{name}}-try")
                            // Another runtime may have done it before the job was ours.
                            .to(NEXT).id("job-{{name}}-look-again")
                            .filter().method("job-{{name}}", "isNext").id("job-{{name}}-if-next")
                                .to("direct:job-{{name}}-work").id("job-{{name}}-to-work")
                                .setProperty(Exchange.SCHEDULER_POLLED_MESSAGES, constant(true)).id("job-{{name}}-more")
                            .endDoTry()
                        .doCatch(Exception.class).id("job-{{name}}-catch")
                            .to("bean:job-{{name}}?method=failed").id("job-{{name}}-failed")
                            .to("sql:classpath:sql/postgres/jobs/failed.sql?dataSource=#postgres").id("job-{{name}}-note")
                        .doFinally().id("job-{{name}}-finally")
                            .to("bean:job-{{name}}?method=release(${variable.taken})").id("job-{{name}}-release")
                        .end()
                    .end()
                .end();

        // A day that is taken, as the variable "taken": its work, and, if that ends well, the note that it is done.
        routeTemplate("job-work")
            .templateParameter("name")
            .from("direct:job-{{name}}-work")
                .routeId("job-work-{{name}}")
                .description("A day's work, and the note that it is done")
                .errorHandler(noErrorHandler())
                .setBody(variable("taken")).id("job-{{name}}-day")
                .to("direct:{{name}}").id("job-{{name}}-work")
                .setBody(variable("taken")).id("job-{{name}}-day-again")
                .to("bean:job-{{name}}?method=succeed").id("job-{{name}}-succeed")
                .to("sql:classpath:sql/postgres/jobs/done.sql?dataSource=#postgres&noop=true").id("job-{{name}}-write-done")
                .to("bean:job-{{name}}?method=done").id("job-{{name}}-done");

        routeTemplate("job-backlog")
            .templateParameter("name")
            .from("scheduler:job-backlog-{{name}}?delay=5000&initialDelay=0&exceptionHandler=#quiet")
                .routeId("job-backlog-{{name}}")
                .description("How many days of {{name}} are due, and since when")
                .errorHandler(noErrorHandler())
                .setVariable("job").constant("{{name}}").id("job-{{name}}-count-name")
                .to("sql:classpath:sql/postgres/jobs/backlog.sql?dataSource=#postgres&outputType=SelectOne").id("job-{{name}}-count")
                .to("bean:job-{{name}}?method=measured").id("job-{{name}}-measured");
    }
    // spotless:on
}
