package io.intramuros.engine.template.jinja;

import io.intramuros.engine.template.jinja.Statement.Target;
import io.intramuros.engine.template.jinja.Values.Arguments;
import io.intramuros.engine.template.jinja.Values.Namespace;
import io.intramuros.engine.template.jinja.Values.Undefined;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Runs a template once. */
final class Interpreter {
    /** How a list of statements ended. */
    private enum Flow {
        ON,
        BREAK,
        CONTINUE
    }

    private final Limits limits = new Limits();

    String run(List<Statement> template, Scope scope) {
        StringBuilder out = new StringBuilder();
        run(template, scope, out);
        return out.toString();
    }

    private Flow run(List<Statement> statements, Scope scope, StringBuilder out) {
        for (Statement statement : statements) {
            limits.step();
            Flow flow = run(statement, scope, out);
            if (flow != Flow.ON) {
                return flow;
            }
            Limits.checkLength(out.length());
        }
        return Flow.ON;
    }

    private Flow run(Statement statement, Scope scope, StringBuilder out) {
        switch (statement) {
            case Statement.Text text -> out.append(text.text());
            case Statement.Output output -> out.append(Writing.str(value(output.value(), scope)));
            case Statement.If branches -> {
                return run(branch(branches, scope), scope, out);
            }
            case Statement.For loop -> loop(loop, scope, out);
            case Statement.Set set -> assign(set.target(), value(set.value(), scope), scope);
            case Statement.SetBlock set -> {
                String text = text(set.body(), new Scope(scope));
                assign(set.target(), filtered(set.filters(), text, scope), scope);
            }
            case Statement.Macro macro ->
                scope.set(macro.name(), function(macro.parameters(), macro.body(), scope, true));
            case Statement.CallBlock block -> {
                Values.Function caller = function(block.parameters(), block.body(), scope, false);
                out.append(Writing.str(call(block.call(), caller, scope)));
            }
            case Statement.FilterBlock block ->
                out.append(Values.text(filtered(block.filters(), text(block.body(), new Scope(scope)), scope)));
            case Statement.With with -> {
                Scope inner = new Scope(scope);
                with.values().forEach(entry -> assign(entry.getKey(), value(entry.getValue(), scope), inner));
                return run(with.body(), inner, out);
            }
            case Statement.Block block -> {
                return run(block.body(), scope, out);
            }
            case Statement.Break _ -> {
                return Flow.BREAK;
            }
            case Statement.Continue _ -> {
                return Flow.CONTINUE;
            }
        }
        return Flow.ON;
    }

    private List<Statement> branch(Statement.If branches, Scope scope) {
        for (Map.Entry<Expression, List<Statement>> branch : branches.branches()) {
            if (Values.truth(value(branch.getKey(), scope))) {
                return branch.getValue();
            }
        }
        return branches.otherwise();
    }

    private String text(List<Statement> body, Scope scope) {
        StringBuilder text = new StringBuilder();
        run(body, scope, text);
        return text.toString();
    }

    private void loop(Statement.For loop, Scope scope, StringBuilder out) {
        List<Object> items = new ArrayList<>();
        for (Object item : Values.items(value(loop.iterable(), scope))) {
            limits.step();
            if (loop.filter() != null) {
                Scope tested = new Scope(scope);
                assign(loop.target(), item, tested);
                if (!Values.truth(value(loop.filter(), tested))) {
                    continue;
                }
            }
            items.add(item);
        }
        if (items.isEmpty()) {
            run(loop.otherwise(), new Scope(scope), out);
            return;
        }
        LoopState state = new LoopState(items);
        for (int i = 0; i < items.size(); i++) {
            limits.step();
            state.at(i);
            // Each turn has a scope of its own: what it sets is gone in the next.
            Scope turn = new Scope(scope);
            turn.set("loop", state);
            assign(loop.target(), items.get(i), turn);
            if (run(loop.body(), turn, out) == Flow.BREAK) {
                break;
            }
        }
    }

    private void assign(Target target, Object value, Scope scope) {
        switch (target) {
            case Target.Variable variable -> scope.set(variable.name(), value);
            case Target.Member member -> {
                if (!(scope.get(member.namespace()) instanceof Namespace namespace)) {
                    throw new TemplateRenderException(member.namespace() + " is not a namespace");
                }
                Values.checkAttribute(member.attribute());
                namespace.attributes().put(member.attribute(), value);
            }
            case Target.Several several -> {
                List<?> items = Values.items(value);
                if (items.size() != several.targets().size()) {
                    throw new TemplateRenderException(items.size() + " values cannot be given to "
                            + several.targets().size() + " names");
                }
                for (int i = 0; i < items.size(); i++) {
                    assign(several.targets().get(i), items.get(i), scope);
                }
            }
        }
    }

    /** A macro, or the body of a call block, which a macro calls as {@code caller}. */
    private Values.Function function(
            List<Statement.Parameter> parameters, List<Statement> body, Scope defined, boolean takesCaller) {
        return arguments -> {
            limits.enter();
            Scope scope = new Scope(defined);
            Map<String, Object> named = new HashMap<>(arguments.named());
            if (takesCaller && named.containsKey("caller")) {
                scope.set("caller", named.remove("caller"));
            }
            if (arguments.positional().size() > parameters.size()) {
                throw new TemplateRenderException("a macro is given too many arguments");
            }
            for (int i = 0; i < parameters.size(); i++) {
                Statement.Parameter parameter = parameters.get(i);
                Object value = i < arguments.positional().size()
                        ? arguments.positional().get(i)
                        : named.remove(parameter.name());
                if (value == null) {
                    value = parameter.fallback() == null
                            ? new Undefined(parameter.name())
                            : value(parameter.fallback(), scope);
                }
                scope.set(parameter.name(), value);
            }
            if (!named.isEmpty()) {
                throw new TemplateRenderException(
                        "a macro has no parameter " + named.keySet().iterator().next());
            }
            String text = text(body, scope);
            limits.leave();
            return text;
        };
    }

    private Object filtered(Expression filters, Object text, Scope scope) {
        if (!(filters instanceof Expression.Filter filter)) {
            return text;
        }
        Object operand = filter.operand() == null ? text : filtered(filter.operand(), text, scope);
        return Filters.apply(filter.name(), operand, arguments(filter.arguments(), scope));
    }

    private Object value(Expression expression, Scope scope) {
        limits.step();
        return switch (expression) {
            case Expression.Literal literal -> literal.value();
            case Expression.Name name -> scope.get(name.name());
            case Expression.ListLiteral list -> values(list.items(), scope);
            case Expression.TupleLiteral tuple -> new Values.Tuple(values(tuple.items(), scope));
            case Expression.DictLiteral dict -> {
                Map<Object, Object> entries = new LinkedHashMap<>();
                for (Map.Entry<Expression, Expression> entry : dict.entries()) {
                    Object key = value(entry.getKey(), scope);
                    // 1, 1.0 and true are one key; the first stays.
                    Object known = entries.keySet().stream()
                            .filter(other -> Values.equal(other, key))
                            .findFirst()
                            .orElse(key);
                    entries.put(known, value(entry.getValue(), scope));
                }
                yield entries;
            }
            case Expression.Attribute attribute ->
                Access.attribute(value(attribute.operand(), scope), attribute.name());
            case Expression.Item item -> Access.item(value(item.operand(), scope), value(item.key(), scope));
            case Expression.Slice slice ->
                Access.slice(
                        value(slice.operand(), scope),
                        valueOrNone(slice.start(), scope),
                        valueOrNone(slice.stop(), scope),
                        valueOrNone(slice.step(), scope));
            case Expression.Call call -> call(call, null, scope);
            case Expression.Filter filter ->
                Filters.apply(filter.name(), value(filter.operand(), scope), arguments(filter.arguments(), scope));
            case Expression.Test test ->
                Tests.holds(test.name(), value(test.operand(), scope), arguments(test.arguments(), scope));
            case Expression.Not not -> !Values.truth(value(not.operand(), scope));
            case Expression.Negation negation ->
                Operators.signed(value(negation.operand(), scope), negation.negative());
            case Expression.And and -> {
                Object left = value(and.left(), scope);
                yield Values.truth(left) ? value(and.right(), scope) : left;
            }
            case Expression.Or or -> {
                Object left = value(or.left(), scope);
                yield Values.truth(left) ? left : value(or.right(), scope);
            }
            case Expression.Arithmetic arithmetic ->
                Operators.arithmetic(
                        arithmetic.operator(), value(arithmetic.left(), scope), value(arithmetic.right(), scope));
            case Expression.Concatenation concatenation -> Filters.join(values(concatenation.parts(), scope), "", true);
            case Expression.Comparison comparison -> compared(comparison, scope);
            case Expression.Conditional conditional -> {
                if (Values.truth(value(conditional.test(), scope))) {
                    yield value(conditional.whenTrue(), scope);
                }
                yield conditional.whenFalse() == null
                        ? new Undefined("the value of an if without else")
                        : value(conditional.whenFalse(), scope);
            }
        };
    }

    private Object valueOrNone(Expression expression, Scope scope) {
        return expression == null ? Values.NONE : value(expression, scope);
    }

    private List<Object> values(List<Expression> expressions, Scope scope) {
        List<Object> values = new ArrayList<>();
        expressions.forEach(expression -> values.add(value(expression, scope)));
        return values;
    }

    private boolean compared(Expression.Comparison comparison, Scope scope) {
        Object left = value(comparison.first(), scope);
        for (Map.Entry<String, Expression> next : comparison.rest()) {
            Object right = value(next.getValue(), scope);
            if (!Operators.compare(next.getKey(), left, right)) {
                return false;
            }
            left = right;
        }
        return true;
    }

    private Object call(Expression.Call call, Values.Function caller, Scope scope) {
        Object callee = value(call.callee(), scope);
        Arguments arguments = arguments(call.arguments(), scope);
        if (caller != null) {
            Map<String, Object> named = new LinkedHashMap<>(arguments.named());
            named.put("caller", caller);
            arguments = new Arguments(arguments.positional(), named);
        }
        if (callee instanceof Values.Function function) {
            return function.call(arguments);
        }
        Operators.failIfUndefined(callee);
        throw new TemplateRenderException(Values.typeName(callee) + " cannot be called");
    }

    private Arguments arguments(Expression.Arguments arguments, Scope scope) {
        if (arguments.positional().isEmpty() && arguments.named().isEmpty()) {
            return Arguments.NONE;
        }
        Map<String, Object> named = new LinkedHashMap<>();
        arguments.named().forEach((name, expression) -> named.put(name, value(expression, scope)));
        return new Arguments(values(arguments.positional(), scope), named);
    }
}
