package io.intramuros.engine.cli;

import io.intramuros.kernels.cuda.measure.PredictionReport;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Prints how fast a 70B model would run on GPUs that are not at hand, and from what that follows. */
@Command(
        name = "predict",
        description =
                "Prints the bytes and launches of a 70B model's decode steps on 1 to 8 GPUs, the tokens/s that follow for"
                        + " A100, H100, H200 and B200, and what was measured elsewhere, as Markdown.",
        mixinStandardHelpOptions = true)
final class PredictCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        out.print(PredictionReport.make());
        out.flush();
        return CommandLine.ExitCode.OK;
    }
}
